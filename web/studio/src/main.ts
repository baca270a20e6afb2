// Starts the page.
import { mount } from 'svelte';
import '$shared/page.css';
import './narrow.css';
import App from './App.svelte';

mount(App, { target: document.getElementById('app')! });
